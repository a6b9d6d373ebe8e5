# One case with everything that format 2 and the second edition's kinds of event added: letters recorded late, for a day without a
# time, and on behalf of a body; corrections in one act and in place; two neutrals, a substitute, advisers, members who came late;
# a seat that changes hands; confidential texts; and the votes after the end.
A 2025-09-02 09:00 case_opened; district=Maple Hollow; county=norfolk; contract_expires=2026-08-31
A 2025-09-09 09:10 leader_agreed; seat=superintendent; name=Rosa Amari
A 2025-09-10 09:20 leader_agreed; seat=union_president; name=Ben Castellan
A 2025-09-08 - leader_agreed; seat=school_committee; name=Tola Okafor; office=chair; on_behalf=School committee of Maple Hollow
A 2025-09-11 16:00 meeting_held; representative=Noor Lindqvist; present=Rosa Amari; topics=interests,services,next_steps
A 2025-09-11 16:10 service_chosen; service=ibbi
A 2025-09-14 09:00 member_named; party=labor; member=castellan:Ben Castellan
+ A 2025-09-14 09:00 member_named; party=labor; member=yun:Ada Yun
+ A 2025-09-14 09:00 member_named; party=management; member=amari:Rosa Amari
+ A 2025-09-14 09:00 member_named; party=management; member=sorel:Mia Sorel
A 2025-09-15 09:00 attendance_pledged; party=labor; member=castellan
+ A 2025-09-15 09:00 attendance_pledged; party=labor; member=yun
+ A 2025-09-15 09:00 attendance_pledged; party=management; member=amari
+ A 2025-09-15 09:00 attendance_pledged; party=management; member=sorel
A 2025-09-16 - support_confirmed; body=teachers_organization; dated=2025-09-11
A 2025-09-16 - support_confirmed; body=administration; dated=2025-09-14
A 2025-09-16 10:00 support_confirmed; body=school_committee; dated=2025-09-15
A 2025-09-18 11:00 application_accepted; by=Noor Lindqvist
A 2025-09-18 11:30 session_scheduled; part=1; slot=2025-10-06 08:00-16:00; neutral=reyes:Ines Reyes; co_neutrals=ode:Quinn Ode
A 2025-09-21 09:00 leader_left; seat=school_committee; reason=elected to another office
A 2025-09-28 19:00 leader_succeeded; seat=school_committee; name=Vera Stahl; office=vice_chair
A 2025-10-06 08:00 session_opened; part=1; neutral=reyes:Ines Reyes; co_neutrals=ode:Quinn Ode; present=amari,castellan,sorel; substitutes=yun:iqbal:Sam Iqbal; advisers=labor:field_representative:Jo Park; observers=union_board:Lev Moran
+ A 2025-10-06 10:00 activity_run; kind=exercise; title=Interests behind a position
+ A 2025-10-06 13:30 activity_run; kind=bargaining_simulation; title=A class-size clause
+ A 2025-10-06 16:00 session_closed; late=sorel; left_early=castellan
A 2025-10-08 16:00 caucus_opened; party=labor; present=castellan,yun; advisers=labor:counsel:Ida Brandt
+ A 2025-10-08 16:00 concern_raised; party=labor; concern=minutes; text=Who keeps the minutes,\nand who reads them?
A 2025-10-09 09:00 concern_addressed; concern=minutes; response=Both teams do.
A 2025-10-09 16:00 party_decided; party=labor; decision=adopt; spokesperson=castellan
A 2025-10-09 16:30 caucus_opened; party=management; present=amari,sorel
+ A 2025-10-09 16:30 party_decided; party=management; decision=decline; spokesperson=amari
A 2025-10-09 16:30 party_decided@32; party=management; decision=adopt; spokesperson=amari
A 2025-10-05 09:00 successor_agreed; seat=school_committee
A 2025-10-13 09:00 format_chosen; format=full_day
A 2025-10-13 10:00 session_scheduled; part=1; slot=2025-11-03 08:00-16:00; neutral=reyes:Ines Reyes
A 2025-11-03 08:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=amari,castellan,sorel,yun
A 2025-11-03 12:00 session_adjourned; reason=snow; late=yun
A 2025-11-03 12:10 session_scheduled; part=1; slot=2025-11-05 12:00-16:00; neutral=reyes:Ines Reyes
A 2025-11-05 12:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=amari,castellan,sorel,yun
A 2025-11-05 16:00 session_closed
A 2025-11-04 09:00 note_added; text=Both teams want to go on in December.
A 2026-03-02 09:00 outcome_noted; result=tentative_agreement; dated=2026-03-01
A 2026-03-18 20:00 outcome_noted; result=ratified; party=labor; dated=2026-03-18; document=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
A 2026-03-24 20:00 outcome_noted; result=ratified; party=management; dated=2026-03-24
