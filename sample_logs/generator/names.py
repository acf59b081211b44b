"""Invented names. A first and a last name are drawn apart; any resemblance is accidental."""

WOMEN = (
    "Agnes Amara Beatrix Bronwyn Carys Chidi Dalia Delphine Edith Eilidh Fatou Farida Gwen Harriet Imogen Ines Jocelyn "
    "Kavya Leonie Lucinda Mabel Meera Morag Nadia Noor Odette Olwen Petra Priya Roisin Rosalind Sabine Saoirse Sunita "
    "Tamsin Thea Ursula Verity Winifred Yasmin Zainab Zofia"
).split()
MEN = (
    "Alasdair Ambrose Anil Barnaby Bartek Callum Cedric Conrad Dafydd Dilip Edgar Emeka Faisal Fergus Gareth Godfrey "
    "Hamish Hugo Idris Ivor Jasper Jerzy Kamal Kelvin Laurence Lorcan Magnus Mustafa Neville Niall Osman Piers Quentin "
    "Rashid Rhodri Rufus Sanjay Silas Tariq Tobias Vikram Wilfred"
).split()
SURNAMES = (
    "Abernathy Adeyemi Alderton Amberley Ashdown Babbage Balogun Barrowclough Bhatt Birtwhistle Blenkinsop Bracegirdle "
    "Bramhall Brocklesby Cattermole Chaudhry Chomley Clutterbuck Copperwheat Cracknell Cuthbertson Dalgliesh Daventry "
    "Dewhirst Dobrowski Drinkwater Eaglesham Earnshaw Entwistle Fairweather Fazackerley Featherstone Flintoff Fothergill "
    "Gaskarth Ghosh Gillespie Glasscock Goodenough Greenhalgh Hallworth Haythornthwaite Heppenstall Higginbottom "
    "Holroyd Hossain Inchbald Ingoldsby Isherwood Jellicoe Jephcott Kaczmarek Kershaw Kinnersley Kuruvilla Langstaff "
    "Leatherbarrow Lightowler Loosemore Lytollis MacGillivray Maddocks Makinde Micklethwait Mossop Murgatroyd Nandakumar "
    "Nethercott Nwosu Oakeshott Obafemi Oglethorpe Ollerenshaw Osbaldeston Pargeter Peasgood Pendlebury Pickersgill "
    "Postlethwaite Quarmby Qureshi Raistrick Ramsbottom Rawcliffe Rigby Rostron Sagar Satterthwaite Scholefield "
    "Shufflebottom Siddall Sobczak Stapleforth Strickland Sudworth Tattersall Thistlethwaite Threlfall Tunnicliffe "
    "Umpleby Uttley Varley Venkatesan Wadsworth Wagstaff Walmsley Whittingstall Wigglesworth Winterbottom Wolstenholme "
    "Yardley Yewdall Zachary"
).split()
